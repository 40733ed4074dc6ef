@NullMarked
package io.concordkv.cli.print;

import org.jspecify.annotations.NullMarked;
