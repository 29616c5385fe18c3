/* A context, made and freed, and nothing else. */
#include <dane_policy.h>

int main(void)
{
    dane_policy_context *context;

    if (dane_policy_context_new(&context) != DANE_POLICY_OK)
        return 3;
    dane_policy_context_free(context);
    return 0;
}
