/// What all transports over a network have in common: who the peers are, when they are dialed, what
/// waits for them, and how what they send reaches the loop. Each node dials each peer once for
/// every lane and only sends on what it dialed; what it accepted it only reads. So a lane has a
/// connection of its own in each direction, and a full one stops no other.
///
/// [PeerTransport] is the door, a [Link] is one lane to one peer, a [Handshake] opens a connection
/// and [Incoming] reads one. How bytes are carried is up to a [Wire]. One Netty thread does all of
/// it.
@NullMarked
package io.concordkv.transport.peer;

import org.jspecify.annotations.NullMarked;
