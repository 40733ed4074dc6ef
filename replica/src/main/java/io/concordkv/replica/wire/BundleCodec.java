package io.concordkv.replica.wire;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import java.util.ArrayList;
import java.util.List;

/// Control frames of several groups as one.
public final class BundleCodec {
  public static final int BUNDLE = 42;

  private static final int ROOM = 32;

  private BundleCodec() {}

  public static Frame encode(List<Frame> frames) {
    var out = new ByteWriter(ROOM * frames.size());
    out.list(frames, (w, frame) -> w.u64(frame.group()).u8(frame.kind()).bytes(frame.payload()));
    return new Frame(Lane.CONTROL, 0, BUNDLE, out.finish());
  }

  public static List<Frame> decode(Frame bundle) {
    var in = new ByteReader(bundle.payload());
    var frames = new ArrayList<Frame>();
    frames.addAll(in.list(item -> new Frame(Lane.CONTROL, item.u64(), item.u8(), item.bytes())));
    in.end();
    return frames;
  }
}
