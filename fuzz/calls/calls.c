/* Calls of the C face in any order, as octets say: objects of every kind, kept and freed at any time. */
#define _POSIX_C_SOURCE 200809L
#include <dane_policy_diagnosis.h>

#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum type { ANSWER, CONTEXT, DECISION, DESTINATION, HOST, MULTI, OUTCOME, REPORT, SESSION, VERIFICATION };

/* An object, and the one that frees it, by its place; 0 is nobody. */
struct object {
    enum type type;
    void *pointer;
    size_t owner;
};

#define MOST_OBJECTS 48
#define MOST_CALLS 200
#define MOST_PIECES 4096

static struct object objects[MOST_OBJECTS + 1];
/* The owner of what was picked first for the call that is made. */
static size_t first;
static const unsigned char *octets;
static size_t left;
/* What the arguments of a call point to. */
static void *pieces[MOST_PIECES];
static size_t piece_count;
/* Of the argument before. */
static size_t size;

static unsigned octet(void)
{
    if (left == 0) return 0;
    left--;
    return *octets++;
}

/* Memory of exactly so many octets, until the end of the call. */
static void *piece(size_t length)
{
    void *memory = malloc(length ? length : 1);
    if (memory == NULL || piece_count == MOST_PIECES) abort();
    pieces[piece_count++] = memory;
    return memory;
}

static unsigned char *taken(size_t length)
{
    unsigned char *memory = piece(length);
    size_t index;
    for (index = 0; index < length; index++) memory[index] = (unsigned char)octet();
    return memory;
}

static const char *copy(const char *string)
{
    char *memory = piece(strlen(string) + 1);
    return strcpy(memory, string);
}

static int64_t number(void)
{
    static const int64_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 15, 25, 28, 52, 100, 65535, -1, 0x7fffffff, INT64_MIN};
    unsigned choice = octet();
    return choice < 16 ? numbers[choice] : (int64_t)(choice % 16);
}

/* Long enough for a server on this machine, most of the time. */
static uint32_t milliseconds(void)
{
    return octet() % 100;
}

static uint16_t port(void)
{
    return octet() == 255 ? 1 : world_port();
}

static void *tag(void)
{
    static char tags[4];
    return &tags[octet() % 4];
}

static const char *text(void)
{
    static const char *const texts[] = {
        "good.test", "ta-cert.test", "mismatch.test", "plain.test", "tlsa-none.test", "null.test", "hundred.test",
        "alias.test", "good.unsigned.test", "mx-bogus.test", "no-such-domain.test", "mx.good.test", "GOOD.test.",
        "_25._tcp.mx.good.test", "[127.0.0.1]", "127.0.0.1:1", "", ".", "client.test",
    };
    const unsigned count = sizeof texts / sizeof *texts;
    unsigned choice = octet();
    if (choice < count) return copy(texts[choice]);
    if (choice == 254) return NULL;
    char *string = (char *)taken(choice % 80 + 1);
    string[choice % 80] = '\0';
    return string;
}

static void *blob(void)
{
    size = octet();
    return taken(size);
}

static void *buffer(void)
{
    size = octet() * 4;
    return piece(size);
}

static dane_policy_tlsa *records(void)
{
    size_t count = octet() % 4, index;
    dane_policy_tlsa *all = piece(count * sizeof *all);
    for (index = 0; index < count; index++) {
        all[index].usage = octet() % 4;
        all[index].selector = octet() % 3;
        all[index].matching_type = octet() % 4;
        all[index].data.length = octet() % 70;
        all[index].data.data = taken(all[index].data.length);
    }
    size = count;
    return all;
}

static dane_policy_bytes *chain(void)
{
    size_t count = octet() % 4, index;
    dane_policy_bytes *all = piece((count ? count : 1) * sizeof *all);
    all[0].data = NULL;
    all[0].length = 0;
    for (index = 0; index < count; index++) {
        all[index].length = octet();
        all[index].data = taken(all[index].length);
    }
    size = count;
    return all;
}

static const char *const *names(void)
{
    size_t count = octet() % 4, index;
    const char **all = piece(count * sizeof *all);
    for (index = 0; index < count; index++) {
        do all[index] = text(); while (all[index] == NULL);
    }
    size = count;
    return all;
}

/* Every text is printable, and has an end. */
static void read_text(const char *string)
{
    size_t length = 0;
    if (string == NULL) return;
    for (; string[length] != '\0'; length++) {
        if (string[length] < ' ' || string[length] > '~') abort();
    }
    /* The data of a record is as long as DNS can carry. */
    if (length > 131100) abort();
}

static size_t place_for(void)
{
    size_t place;
    for (place = 1; place <= MOST_OBJECTS; place++) {
        if (objects[place].pointer == NULL) return place;
    }
    return 0;
}

static void free_object(enum type type, void *pointer)
{
    switch (type) {
    case ANSWER: dane_policy_answer_free(pointer); break;
    case CONTEXT: dane_policy_context_free(pointer); break;
    case DESTINATION: dane_policy_destination_free(pointer); break;
    case MULTI: dane_policy_multi_free(pointer); break;
    case OUTCOME: dane_policy_outcome_free(pointer); break;
    case REPORT: dane_policy_report_free(pointer); break;
    case SESSION: dane_policy_session_free(pointer); break;
    case VERIFICATION: dane_policy_verification_free(pointer); break;
    case DECISION: case HOST: break;
    }
}

/* An object that is the caller's; it asks the world, and never waits for long. */
static void keep(enum type type, void *pointer)
{
    size_t place = place_for();
    if (pointer == NULL) return;
    if (place == 0) {
        free_object(type, pointer);
        return;
    }
    if (type == CONTEXT) {
        dane_policy_context_add_nameserver(pointer, getenv("DANE_WORLD_NAMESERVER"));
        dane_policy_context_set_timeout(pointer, 100);
    }
    if (type == SESSION) dane_policy_session_set_timeout(pointer, 20);
    objects[place].type = type;
    objects[place].pointer = pointer;
    objects[place].owner = place;
}

/* A part of the object that was picked first, as long as that lives. */
static void borrow(enum type type, const void *pointer)
{
    size_t place = place_for();
    if (pointer == NULL || place == 0) return;
    objects[place].type = type;
    objects[place].pointer = (void *)pointer;
    objects[place].owner = first;
}

/* Any object of a type, or NULL; one that may be changed is the caller's. */
static void *pick(enum type type, int is_changed)
{
    size_t turn, place = octet() % MOST_OBJECTS;
    for (turn = 0; turn < MOST_OBJECTS; turn++, place++) {
        const struct object *object = &objects[place % MOST_OBJECTS + 1];
        int is_own = object->owner == place % MOST_OBJECTS + 1;
        if (object->pointer == NULL || object->type != type || (is_changed && !is_own)) continue;
        if (first == 0) first = object->owner;
        return object->pointer;
    }
    return NULL;
}

/* The same, to be freed: it and its parts are gone. */
static void *take(enum type type)
{
    void *pointer = pick(type, 1);
    size_t owner = 0, place;
    for (place = 1; place <= MOST_OBJECTS; place++) {
        if (pointer != NULL && objects[place].pointer == pointer && objects[place].owner == place) owner = place;
    }
    for (place = 1; place <= MOST_OBJECTS; place++) {
        if (owner != 0 && objects[place].owner == owner) memset(&objects[place], 0, sizeof objects[place]);
    }
    return pointer;
}

static void call(unsigned function)
{
    dane_policy_tlsa record;
    struct sockaddr_storage storage;
    socklen_t storage_length = sizeof storage;
    size_t length;
    first = 0;
    size = 0;
    switch (function) {
#include "calls.inc"
    }
    (void)record;
    (void)storage;
    (void)storage_length;
    (void)length;
    while (piece_count > 0) free(pieces[--piece_count]);
}

void dane_policy_calls(const unsigned char *input, size_t input_length);

void dane_policy_calls(const unsigned char *input, size_t input_length)
{
    struct dane_policy_context *context = NULL;
    size_t calls, place;
    octets = input;
    left = input_length;
    if (getenv("DANE_WORLD_NAMESERVER") == NULL) {
        fputs("calls: runs in the world only\n", stderr);
        exit(2);
    }
    if (world_context(&context) != DANE_POLICY_OK) abort();
    keep(CONTEXT, context);
    for (calls = 0; left > 0 && calls < MOST_CALLS; calls++) call(octet() % FUNCTIONS);
    for (place = 1; place <= MOST_OBJECTS; place++) {
        if (objects[place].owner == place) free_object(objects[place].type, objects[place].pointer);
    }
    memset(objects, 0, sizeof objects);
}
