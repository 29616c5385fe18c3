/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Instead of dma's own: no TLS, and no CRAM-MD5. */
#include "dfcompat.h"

#include <stdint.h>
#include <syslog.h>

#include "dma.h"

int smtp_init_crypto(int fd, int feature, struct smtp_features *features)
{
    (void)fd, (void)feature, (void)features;
    syslog(LOG_ERR, "remote delivery deferred: SECURETRANSFER in a dma without TLS");
    return 1;
}

int smtp_auth_md5(int fd, char *login, char *password)
{
    (void)fd, (void)login, (void)password;
    return -1;
}
