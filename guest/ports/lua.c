/* Runs the Lua script in the private input. The script's function output(text) appends to the public output. Exit code 1
   if the script fails; the console shows why. */
#include <stdio.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"
#include "zkvm_io.h"

static int output(lua_State *state) {
    size_t size;
    const char *text = luaL_checklstring(state, 1, &size);
    write_output((const uint8_t *)text, size);
    return 0;
}

int main(void) {
    const uint8_t *script;
    size_t size;
    read_input(&script, &size);
    lua_State *state = luaL_newstate();
    luaL_openlibs(state);
    lua_register(state, "output", output);
    if (luaL_loadbuffer(state, (const char *)script, size, "script") != LUA_OK || lua_pcall(state, 0, 0, 0) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(state, -1));
        return 1;
    }
    lua_close(state);
    return 0;
}
