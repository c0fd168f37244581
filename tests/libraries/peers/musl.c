/*
 * musl.c - what the objects in Debian's libssl.a and libcrypto.a, made for glibc, want of a C
 * library and musl has not. Contexts are those of OpenSSL's jobs, which nobody begins.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static void must(int good)
{
	if (!good)
		abort();
}

long __fdelt_chk(long fd)
{
	return fd / (8 * (long)sizeof(long));
}

int __vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments)
{
	(void)flag;
	return vfprintf(file, format, arguments);
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
	va_list arguments;
	int count;

	va_start(arguments, format);
	count = __vfprintf_chk(file, flag, format, arguments);
	va_end(arguments);
	return count;
}

int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...)
{
	va_list arguments;
	int count;

	(void)flag;
	va_start(arguments, format);
	count = vsnprintf(to, room, format, arguments);
	va_end(arguments);
	must(count < 0 || (size_t)count < room);
	return count;
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}

void *__memcpy_chk(void *to, const void *from, size_t bytes, size_t room)
{
	must(bytes <= room);
	return memcpy(to, from, bytes);
}

void *__memset_chk(void *to, int value, size_t bytes, size_t room)
{
	must(bytes <= room);
	return memset(to, value, bytes);
}

char *__strcat_chk(char *to, const char *from, size_t room)
{
	must(strlen(to) + strlen(from) < room);
	return strcat(to, from);
}

int getcontext(void *context)
{
	(void)context;
	return -1;
}

int setcontext(const void *context)
{
	(void)context;
	return -1;
}

void makecontext(void *context, void (*function)(void), int count, ...)
{
	(void)context, (void)function, (void)count;
	abort();
}
