/// The gRPC services. `Unary` is how a method with one answer is run, `OpenStreams` knows the ones
/// that live long; every service class is a list of its methods with the way each takes to the
/// node.
///
/// Calls come in on the I/O threads and are never blocked there. Replies come on the node's loop
/// and are written from it: per call there is one writer at a time.
@NullMarked
package io.concordkv.server.rpc;

import org.jspecify.annotations.NullMarked;
