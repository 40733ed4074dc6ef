@NullMarked
package io.concordkv.base;

import org.jspecify.annotations.NullMarked;
