@NullMarked
package io.concordkv.base.env;

import org.jspecify.annotations.NullMarked;
