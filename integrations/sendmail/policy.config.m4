dnl A comma would end an argument of m4, hence -Xlinker.
APPENDDEF(`confENVDEF', `-DDANE_POLICY=1')
APPENDDEF(`confINCDIRS', `-I@INCLUDE@')
APPENDDEF(`confLIBDIRS', `-L@LIBRARY@ -Xlinker -rpath -Xlinker @LIBRARY@')
APPENDDEF(`confLIBS', `-ldane_policy')
define(`confSMSRCADD', `dane_policy_sendmail.c')
define(`confSMOBJADD', `dane_policy_sendmail.o')
