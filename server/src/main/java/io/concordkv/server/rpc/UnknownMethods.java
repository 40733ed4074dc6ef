package io.concordkv.server.rpc;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Answers what no service has: with the texts of a server written in Go, by which some clients
/// tell an old server from a wrong name.
final class UnknownMethods extends HandlerRegistry {
  private static final MethodDescriptor.Marshaller<byte[]> NOTHING =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          return new byte[0];
        }
      };

  private final Set<String> services;

  UnknownMethods(Set<String> services) {
    this.services = new TreeSet<>(services);
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    var descriptor =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(name)
            .setRequestMarshaller(NOTHING)
            .setResponseMarshaller(NOTHING)
            .build();
    var status = Status.UNIMPLEMENTED.withDescription(describe(name));
    return ServerMethodDefinition.create(
        descriptor,
        (call, _) -> {
          call.close(status, new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }

  private String describe(String name) {
    var service = MethodDescriptor.extractFullServiceName(name);
    if (service == null) {
      return "malformed method name: \"/" + name + "\"";
    }
    return services.contains(service)
        ? "unknown method " + name.substring(service.length() + 1) + " for service " + service
        : "unknown service " + service;
  }
}
