/// The interactive prompt.
@NullMarked
package io.concordkv.cli.shell;

import org.jspecify.annotations.NullMarked;
