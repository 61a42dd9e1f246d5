//! What a Rust guest needs: input, output, console, exit, memory for `alloc`, and a panic that aborts.
//!
//! A guest is a crate with `#![no_std]` that names its function by `limpid_guest::entry!(function)`. A guest with a global
//! allocator of its own is built without this crate's: its feature `allocator`.
#![no_std]

use core::fmt::{self, Write};
use core::panic::PanicInfo;

mod c {
    unsafe extern "C" {
        pub fn read_input(buffer: *mut *const u8, size: *mut usize);
        pub fn write_output(output: *const u8, size: usize);
        pub fn limpid_console_write(text: *const u8, size: usize);
        pub fn limpid_span_begin(name: *const u8, size: usize);
        pub fn limpid_span_end(name: *const u8, size: usize);
        pub fn exit(code: i32) -> !;
        pub fn abort() -> !;
    }
}

/// The private input, in place.
pub fn read_input() -> &'static [u8] {
    let mut buffer = core::ptr::null();
    let mut size = 0;
    // The region lives as long as the machine, and nobody writes to it.
    unsafe {
        c::read_input(&mut buffer, &mut size);
        if size == 0 { &[] } else { core::slice::from_raw_parts(buffer, size) }
    }
}

/// Appends to the public output.
pub fn write_output(output: &[u8]) {
    unsafe { c::write_output(output.as_ptr(), output.len()) }
}

/// Ends the program; 0 is success.
pub fn exit(code: i32) -> ! {
    unsafe { c::exit(code) }
}

/// Runs a function as a part of the program that `limpid run --profile` counts under this name.
pub fn span<T>(name: &str, function: impl FnOnce() -> T) -> T {
    unsafe { c::limpid_span_begin(name.as_ptr(), name.len()) }
    let result = function();
    unsafe { c::limpid_span_end(name.as_ptr(), name.len()) }
    result
}

/// The console, which is no part of the public output: use it with `write!`.
pub struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        unsafe { c::limpid_console_write(text.as_ptr(), text.len()) }
        Ok(())
    }
}

/// Makes a function `fn() -> i32` the program: its result is the exit code.
#[macro_export]
macro_rules! entry {
    ($function:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn main() -> i32 {
            let function: fn() -> i32 = $function;
            function()
        }
    };
}

#[panic_handler]
fn panic(information: &PanicInfo) -> ! {
    let _ = writeln!(Console, "{information}");
    unsafe { c::abort() }
}

/// The runtime's malloc and its kin, so that C and Rust share one heap.
#[cfg(feature = "allocator")]
mod allocator {
    use core::alloc::{GlobalAlloc, Layout};

    mod c {
        unsafe extern "C" {
            pub fn malloc(size: usize) -> *mut u8;
            pub fn calloc(count: usize, size: usize) -> *mut u8;
            pub fn aligned_alloc(alignment: usize, size: usize) -> *mut u8;
            pub fn realloc(memory: *mut u8, size: usize) -> *mut u8;
            pub fn free(memory: *mut u8);
        }
    }

    /// What malloc aligns to.
    const MALLOC_ALIGNMENT: usize = 16;

    struct Heap;

    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            unsafe {
                if layout.align() <= MALLOC_ALIGNMENT {
                    c::malloc(layout.size())
                } else {
                    c::aligned_alloc(layout.align(), layout.size())
                }
            }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            unsafe {
                if layout.align() <= MALLOC_ALIGNMENT {
                    return c::calloc(1, layout.size());
                }
                let memory = self.alloc(layout);
                if !memory.is_null() {
                    memory.write_bytes(0, layout.size());
                }
                memory
            }
        }

        unsafe fn realloc(&self, memory: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
            unsafe {
                if layout.align() <= MALLOC_ALIGNMENT {
                    return c::realloc(memory, new_size);
                }
                let moved = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
                if !moved.is_null() {
                    moved.copy_from_nonoverlapping(memory, layout.size().min(new_size));
                    c::free(memory);
                }
                moved
            }
        }

        unsafe fn dealloc(&self, memory: *mut u8, _layout: Layout) {
            unsafe { c::free(memory) }
        }
    }

    #[global_allocator]
    static HEAP: Heap = Heap;
}
