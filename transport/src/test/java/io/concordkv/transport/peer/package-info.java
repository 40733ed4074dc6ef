@NullMarked
package io.concordkv.transport.peer;

import org.jspecify.annotations.NullMarked;
