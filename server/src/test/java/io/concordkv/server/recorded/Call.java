package io.concordkv.server.recorded;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.concordkv.proto.etcdserverpb.Rpc;
import io.concordkv.proto.health.HealthOuterClass;
import io.concordkv.proto.v3electionpb.V3Election;
import io.concordkv.proto.v3lockpb.V3Lock;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A method by its recorded name, and its messages in JSON. A method that nobody has is called with
/// an empty message.
record Call(String fullName, @Nullable Descriptor request, @Nullable Descriptor response) {
  private static final List<FileDescriptor> FILES =
      List.of(
          Rpc.getDescriptor(),
          V3Lock.getDescriptor(),
          V3Election.getDescriptor(),
          HealthOuterClass.getDescriptor());

  static Call of(String recorded) {
    var service = recorded.substring(0, recorded.lastIndexOf('/'));
    var method = recorded.substring(recorded.lastIndexOf('/') + 1);
    for (var file : FILES) {
      var found = service.contains(".") ? null : file.findServiceByName(service);
      if (found != null) {
        MethodDescriptor descriptor = found.findMethodByName(method);
        return new Call(
            found.getFullName() + "/" + method,
            descriptor.getInputType(),
            descriptor.getOutputType());
      }
    }
    return new Call(recorded, null, null);
  }

  byte[] encode(JsonElement json, @Nullable String unknownHex) {
    if (request == null) {
      return new byte[0];
    }
    var message = DynamicMessage.newBuilder(request);
    try {
      JsonFormat.parser().merge(json.toString(), message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json.toString(), e);
    }
    var encoded = message.build().toByteString();
    return unknownHex == null
        ? encoded.toByteArray()
        : encoded.concat(ByteString.copyFrom(HexFormat.of().parseHex(unknownHex))).toByteArray();
  }

  JsonObject decode(ByteString answer) {
    try {
      var message = DynamicMessage.parseFrom(java.util.Objects.requireNonNull(response), answer);
      return JsonParser.parseString(JsonFormat.printer().preservingProtoFieldNames().print(message))
          .getAsJsonObject();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an answer that is no message", e);
    }
  }
}
