package io.concordkv.cli.dump;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.health.HealthCheckRequest;
import io.concordkv.proto.v3electionpb.CampaignRequest;
import io.concordkv.proto.v3lockpb.LockRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "pb",
    mixinStandardHelpOptions = true,
    description = "A protobuf message of the API, by the name of its type (RangeRequest, ...)")
final class PbCommand extends DumpCommand.Part {
  @Parameters(index = "0", paramLabel = "TYPE", description = "with or without its package")
  private String type = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "the encoded message; - reads input")
  private Path path = Path.of("");

  PbCommand(Session session) {
    super(session);
  }

  @Override
  void run(Out out) {
    var message = message(descriptor());
    if (json()) {
      out.line(Row.jsonOf(message));
    } else {
      out.text(TextFormat.printer().printToString(message));
    }
  }

  private DynamicMessage message(Descriptor descriptor) {
    try {
      return DynamicMessage.parseFrom(descriptor, content());
    } catch (InvalidProtocolBufferException e) {
      throw notOne(path, "a " + descriptor.getFullName() + ": " + e.getMessage());
    }
  }

  private ByteString content() {
    try (InputStream in =
        path.toString().equals("-") ? session().in() : Files.newInputStream(path)) {
      return ByteString.readFrom(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  private Descriptor descriptor() {
    var byName = new TreeMap<String, Descriptor>();
    for (var file :
        List.of(
            RangeRequest.getDescriptor().getFile(),
            LockRequest.getDescriptor().getFile(),
            CampaignRequest.getDescriptor().getFile(),
            HealthCheckRequest.getDescriptor().getFile())) {
      add(file, byName);
      file.getDependencies().forEach(imported -> add(imported, byName));
    }
    var found = byName.get(type);
    if (found != null) {
      return found;
    }
    var alike =
        byName.keySet().stream()
            .filter(name -> name.toLowerCase(Locale.ROOT).contains(type.toLowerCase(Locale.ROOT)))
            .limit(5)
            .toList();
    throw new CommandFailure(
        ExitCode.BAD_ARGUMENTS,
        "there is no message \""
            + type
            + "\""
            + (alike.isEmpty() ? "" : "; there are " + String.join(", ", alike)));
  }

  private static void add(FileDescriptor file, Map<String, Descriptor> byName) {
    for (var message : file.getMessageTypes()) {
      byName.put(message.getFullName(), message);
      byName.putIfAbsent(message.getName(), message);
    }
  }
}
