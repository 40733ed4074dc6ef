/// Frames over TCP. Each node dials each peer once for every lane and only sends on what it dialed;
/// what it accepted it only reads. So a lane has a socket of its own in each direction, and a full
/// one stops no other.
///
/// One Netty thread does all of it: [TcpTransport] is the door, a [Link] is one lane to one peer, a
/// [Handshake] opens a connection and `Incoming` reads one.
@NullMarked
package io.concordkv.transport.tcp;

import org.jspecify.annotations.NullMarked;
