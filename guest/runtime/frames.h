/* Included in the C++ library's source that throws: tells libgcc's unwinder where exceptions.ld has put the tables. */
extern "C" const char __eh_frame_start[] __attribute__((weak));
extern "C" void __register_frame_info(const void *frames, void *object);

/* Room for what the unwinder keeps of one table: struct object of libgcc's unwind-dw2-fde.h. */
static long frames_object[8];

/* Before the constructors of static objects, which may throw. */
__attribute__((constructor(101))) static void register_frames() {
    /* Absent where the program was built without exceptions: then what the library throws ends it. */
    if (__eh_frame_start != nullptr) {
        __register_frame_info(__eh_frame_start, frames_object);
    }
}
