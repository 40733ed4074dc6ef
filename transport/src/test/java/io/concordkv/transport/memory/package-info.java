@NullMarked
package io.concordkv.transport.memory;

import org.jspecify.annotations.NullMarked;
