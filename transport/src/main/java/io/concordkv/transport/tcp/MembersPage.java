package io.concordkv.transport.tcp;

import io.concordkv.transport.peer.Roster;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// `GET /members` on the peers' port, as etcd has it: how a node that wants to join learns which
/// cluster this is and who is in it, and what a person can look at with curl.
final class MembersPage {
  private static final byte[] METHOD = {'G', 'E', 'T', ' '};
  private static final int MAX_REQUEST_BYTES = 8 << 10;

  private MembersPage() {}

  /// Whether the bytes so far are, or may become, a request for a page.
  static boolean asked(ByteBuf in) {
    int known = Math.min(in.readableBytes(), METHOD.length);
    for (int i = 0; i < known; i++) {
      if (in.getByte(in.readerIndex() + i) != METHOD[i]) {
        return false;
      }
    }
    return true;
  }

  /// The path that is asked for; null: more has to come.
  static @Nullable String path(ByteBuf in) {
    var text = in.toString(StandardCharsets.ISO_8859_1);
    if (!text.contains("\r\n\r\n")) {
      return text.length() > MAX_REQUEST_BYTES ? "" : null;
    }
    in.skipBytes(in.readableBytes());
    var words = text.substring(0, text.indexOf('\r')).split(" ", -1);
    return words.length == 3 ? words[1] : "";
  }

  static byte[] answer(String path, Roster.Page page) {
    boolean found = path.equals("/members") || path.startsWith("/members?");
    var body = found ? page.json() + "\n" : "404 page not found\n";
    var text =
        "HTTP/1.1 "
            + (found ? "200 OK" : "404 Not Found")
            + "\r\nContent-Type: "
            + (found ? "application/json" : "text/plain; charset=utf-8")
            + "\r\nX-Etcd-Cluster-Id: "
            + Long.toHexString(page.cluster())
            + "\r\nContent-Length: "
            + body.getBytes(StandardCharsets.UTF_8).length
            + "\r\nConnection: close\r\n\r\n"
            + body;
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
