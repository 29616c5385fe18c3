/* JSON, to where results go. */
#ifndef JSON_H
#define JSON_H

#include <stdio.h>

#include "tool.h"

enum { REPLACEMENT = 0xfffd };

/* The character at *text, which moves on behind it; of an octet that is no UTF-8 (RFC 3629), U+FFFD. */
static unsigned long next_character(const char **text)
{
    static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *octets = (const unsigned char *)*text;
    unsigned long character = octets[0];
    int more = character < 0x80 ? 0 : character < 0xc0 ? -1 : character < 0xe0 ? 1 : character < 0xf0 ? 2 : 3, i;

    (*text)++;
    if (more < 0 || character > 0xf4)
        return REPLACEMENT;
    if (more > 0)
        character &= 0x3fu >> more;
    for (i = 1; i <= more; i++) {
        if ((octets[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        character = character << 6 | (octets[i] & 0x3f);
    }
    if (character < least[more] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
        return REPLACEMENT;
    *text += more;
    return character;
}

/* A JSON string in ASCII, or null for NULL. */
static void json_string(const char *text)
{
    unsigned long character;

    if (text == NULL) {
        fputs("null", out);
        return;
    }
    putc('"', out);
    while (*text != '\0') {
        character = next_character(&text);
        if (character == '"' || character == '\\')
            fprintf(out, "\\%c", (int)character);
        else if (character >= 0x20 && character < 0x7f)
            putc((int)character, out);
        else if (character < 0x10000)
            fprintf(out, "\\u%04lx", character);
        else
            fprintf(out, "\\u%04lx\\u%04lx", 0xd7c0 + (character >> 10), 0xdc00 + (character & 0x3ff));
    }
    putc('"', out);
}

static void json_field(const char *key, const char *text)
{
    fprintf(out, "\"%s\":", key);
    json_string(text);
}

/* A number, or null for a negative one. */
static void json_index(const char *key, int index)
{
    if (index < 0)
        fprintf(out, "\"%s\":null", key);
    else
        fprintf(out, "\"%s\":%d", key, index);
}

static const char *json_bool(int value)
{
    return value ? "true" : "false";
}

#endif
