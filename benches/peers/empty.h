/* With as many arguments as dane_policy_decide. */
int empty(int level, int mx, int address, int tlsa, int certificate);
