/// Frames over TCP, one behind the other: docs/formats/frame.md.
@NullMarked
package io.concordkv.transport.tcp;

import org.jspecify.annotations.NullMarked;
