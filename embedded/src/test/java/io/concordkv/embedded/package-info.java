@NullMarked
package io.concordkv.embedded;

import org.jspecify.annotations.NullMarked;
