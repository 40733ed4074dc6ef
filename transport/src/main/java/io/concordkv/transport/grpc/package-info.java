/// Frames as messages of a gRPC stream, for networks that let nothing else through:
/// docs/formats/frame.md. There is no generated code: the messages are the bytes themselves.
@NullMarked
package io.concordkv.transport.grpc;

import org.jspecify.annotations.NullMarked;
