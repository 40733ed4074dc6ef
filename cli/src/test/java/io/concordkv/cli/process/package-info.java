@NullMarked
package io.concordkv.cli.process;

import org.jspecify.annotations.NullMarked;
