@NullMarked
package io.concordkv.cli.dump;

import org.jspecify.annotations.NullMarked;
