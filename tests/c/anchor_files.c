/* What a new context says of this system's trust anchors, and of a setting after that. */
#include <dane_policy.h>
#include <stdio.h>

int main(void)
{
    dane_policy_context *context;

    if (dane_policy_context_new(&context) != DANE_POLICY_OK)
        return 1;
    printf("%s\n", dane_policy_context_error(context));
    if (dane_policy_context_set_audit(context, 0) != DANE_POLICY_OK || *dane_policy_context_error(context) != '\0')
        return 1;
    dane_policy_context_free(context);
    return 0;
}
