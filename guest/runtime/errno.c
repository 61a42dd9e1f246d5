/* The number of the last error, a variable of the one thread as in the C library. It is there without that too, and
   apart from those who set it: a program with its own malloc has not this one beside it. */
__thread int errno;
