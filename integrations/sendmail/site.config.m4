dnl How the build script compiles Sendmail; with the policy it appends the lines of policy.config.m4.
define(`confCC', `gcc')
define(`confOPTIMIZE', `-O2 -g')
define(`confMAPDEF', `-DNEWDB')
APPENDDEF(`confENVDEF', `-DSTARTTLS -DNETINET6=1 -DHASFLOCK=1 -D_FFR_TLS_EC=2 -D_FFR_TLSFB2CLEAR')
define(`confLIBS', `-ldb -lssl -lcrypto -lresolv')
define(`confNO_MAN_BUILD', `')
