/// The `concord` command: a server, a client for one call, and a prompt.
@NullMarked
package io.concordkv.cli;

import org.jspecify.annotations.NullMarked;
