/* The ordered end of a program: what was registered with atexit and for the destruction of static objects runs, last
   registered first [C17, 7.22.4; Itanium C++ ABI, 3.3.6], then the table of destructors, then the machine stops. */
#include <stddef.h>

#include "zkvm_exit.h"

void *malloc(size_t size);

typedef void (*handler)(void);
typedef void (*handler_of_object)(void *object);

/* The linker script's bounds of the table of destructors. */
extern const handler __fini_array_start[];
extern const handler __fini_array_end[];

struct registration {
    handler_of_object function;
    void *object;
};

/* What the C standard guarantees room for; further blocks come from the heap. */
#define BLOCK_REGISTRATIONS 32

struct block {
    struct block *older;
    size_t count;
    struct registration registrations[BLOCK_REGISTRATIONS];
};

struct list {
    struct block *newest;
    struct block first;
};

static struct list of_exit;
static struct list of_quick_exit;

/* 0, or -1 if there is no memory for one more. */
static int append(struct list *list, handler_of_object function, void *object) {
    if (list->newest == NULL) {
        list->newest = &list->first;
    }
    if (list->newest->count == BLOCK_REGISTRATIONS) {
        struct block *block = malloc(sizeof *block);
        if (block == NULL) {
            return -1;
        }
        block->older = list->newest;
        block->count = 0;
        list->newest = block;
    }
    list->newest->registrations[list->newest->count++] = (struct registration){function, object};
    return 0;
}

/* A handler may register another, which then is the next. */
static inline void run(struct list *list) {
    for (struct block *block; (block = list->newest) != NULL;) {
        if (block->count == 0) {
            list->newest = block->older;
        } else {
            struct registration last = block->registrations[--block->count];
            last.function(last.object);
        }
    }
}

static void call(void *function) {
    ((handler)function)();
}

int atexit(handler function) {
    return append(&of_exit, call, (void *)function);
}

int at_quick_exit(handler function) {
    return append(&of_quick_exit, call, (void *)function);
}

/* A guest is one object, which lives as long as the program: the handle of a shared object tells nothing. */
int __cxa_atexit(handler_of_object function, void *object, void *shared_object) {
    (void)shared_object;
    return append(&of_exit, function, object);
}

__attribute__((noreturn)) void exit(int code) {
    run(&of_exit);
    for (const handler *entry = __fini_array_end; entry != __fini_array_start;) {
        (*--entry)();
    }
    zkvm_exit(code);
}

__attribute__((noreturn)) void quick_exit(int code) {
    run(&of_quick_exit);
    zkvm_exit(code);
}

__attribute__((noreturn)) void _exit(int code) {
    zkvm_exit(code);
}

__attribute__((noreturn)) void _Exit(int code) {
    zkvm_exit(code);
}
