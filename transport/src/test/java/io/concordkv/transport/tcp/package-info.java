@NullMarked
package io.concordkv.transport.tcp;

import org.jspecify.annotations.NullMarked;
