@NullMarked
package io.concordkv.transport;

import org.jspecify.annotations.NullMarked;
