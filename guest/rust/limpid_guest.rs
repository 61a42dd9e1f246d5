//! What a Rust guest needs: input, output, console, exit, memory for `alloc`, and a panic that aborts.
//!
//! A guest is a crate with `#![no_std]` and `#![no_main]` that names its function by `limpid_guest::entry!(function)`.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::fmt::{self, Write};
use core::panic::PanicInfo;

mod c {
    unsafe extern "C" {
        pub fn read_input(buffer: *mut *const u8, size: *mut usize);
        pub fn write_output(output: *const u8, size: usize);
        pub fn limpid_console_write(text: *const u8, size: usize);
        pub fn zkvm_exit(code: i32) -> !;
        pub fn abort() -> !;
        pub static _heap_start: u8;
        pub static _heap_end: u8;
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
    unsafe { c::zkvm_exit(code) }
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

/// Hands out the heap from its start on, and takes nothing back: programs are short and the heap has 512 MiB.
struct Heap(UnsafeCell<usize>);

// The machine has one thread.
unsafe impl Sync for Heap {}

unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe {
            let next = self.0.get();
            let first = &raw const c::_heap_start;
            let start = (first as usize + *next).next_multiple_of(layout.align());
            if layout.size() > &raw const c::_heap_end as usize - start {
                return core::ptr::null_mut();
            }
            *next = start + layout.size() - first as usize;
            start as *mut u8
        }
    }

    unsafe fn dealloc(&self, _memory: *mut u8, _layout: Layout) {}
}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(0));
