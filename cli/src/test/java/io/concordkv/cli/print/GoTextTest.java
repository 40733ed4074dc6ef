package io.concordkv.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.RangeResponse;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.proto.etcdserverpb.ResponseOp;
import io.concordkv.proto.etcdserverpb.TxnResponse;
import io.concordkv.proto.mvccpb.KeyValue;
import org.junit.jupiter.api.Test;

final class GoTextTest {
  private static ByteString bytes(int... values) {
    var bytes = new byte[values.length];
    for (var i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  @Test
  void quotes_as_go_does() {
    assertThat(GoText.quoted("plain ü 漢 \"q\" \\")).isEqualTo("\"plain ü 漢 \\\"q\\\" \\\\\"");
    assertThat(GoText.quoted("\n\t\u0001\u007f")).isEqualTo("\"\\n\\t\\x01\\x7f\"");
    assertThat(GoText.quoted(bytes(0, 0xff, 'a', 0xc3))).isEqualTo("\"\\x00\\xffa\\xc3\"");
    assertThat(GoText.quoted(bytes(0xed, 0xa0, 0x80))).isEqualTo("\"\\xed\\xa0\\x80\"");
    assertThat(GoText.quoted("\u200b")).isEqualTo("\"\\u200b\"");
  }

  @Test
  void shows_sizes_for_people() {
    assertThat(GoText.humanBytes(7)).isEqualTo("7 B");
    assertThat(GoText.humanBytes(20_480)).isEqualTo("20 kB");
    assertThat(GoText.humanBytes(2_147_483_648L)).isEqualTo("2.1 GB");
  }

  @Test
  void json_leaves_out_defaults_and_names_the_chosen_of_several() {
    var answer =
        TxnResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setClusterId(-1).setRevision(3))
            .setSucceeded(true)
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponseRange(
                        RangeResponse.newBuilder()
                            .addKvs(KeyValue.newBuilder().setKey(bytes('a')).setLease(7))))
            .build();
    assertThat(JsonText.of(answer))
        .isEqualTo(
            "{\"header\":{\"cluster_id\":18446744073709551615,\"revision\":3},\"succeeded\":true,"
                + "\"responses\":[{\"Response\":{\"response_range\":{\"kvs\":[{\"key\":\"YQ==\","
                + "\"lease\":7}]}}}]}");
  }

  @Test
  void json_escapes_what_go_escapes() {
    assertThat(new JsonText().string("<a&\"\\\n\u0001>").toString())
        .isEqualTo("\"\\u003ca\\u0026\\\"\\\\\\n\\u0001\\u003e\"");
  }
}
