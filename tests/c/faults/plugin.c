/* A plugin of a mail server that uses the library, for library.c. */
#define _POSIX_C_SOURCE 200809L

#include "rows.h"

/* As what dlsym finds. */
const char *plugin_action(const struct row *row);

const char *plugin_action(const struct row *row)
{
    dane_policy_context *context = context_of(row);
    struct result result = ask_alone(context, row, CHECK_ALL);

    dane_policy_context_free(context);
    return result.code == DANE_POLICY_OK ? dane_policy_action_name(result.after) : "none";
}
