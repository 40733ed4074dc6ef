package io.concordkv.server.rpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;

/// Puts a service together from its methods: each keeps its name and the way its answers are
/// written, and reads its requests with [Inbound].
final class ServiceBuilder {
  private final ServerServiceDefinition.Builder service;
  private final LeaderRule leaderRule;
  private final StandingRule standingRule;
  private final int limitBytes;

  ServiceBuilder(String name, LeaderRule leaderRule, StandingRule standingRule, int limitBytes) {
    this.service = ServerServiceDefinition.builder(name);
    this.leaderRule = leaderRule;
    this.standingRule = standingRule;
    this.limitBytes = limitBytes;
  }

  <Q extends MessageLite, A> ServiceBuilder unary(
      MethodDescriptor<Q, A> method, Parser<Q> parser, Unary.Method<Q, A> run) {
    return add(method, parser, new Unary<>(run, leaderRule, standingRule));
  }

  <Q extends MessageLite, A> ServiceBuilder stream(
      MethodDescriptor<Q, A> method, Parser<Q> parser, ServerCallHandler<Received<Q>, A> handler) {
    return add(method, parser, standingRule.guard(handler));
  }

  private <Q extends MessageLite, A> ServiceBuilder add(
      MethodDescriptor<Q, A> method, Parser<Q> parser, ServerCallHandler<Received<Q>, A> handler) {
    service.addMethod(
        method.toBuilder(new Inbound<>(parser, limitBytes), method.getResponseMarshaller()).build(),
        handler);
    return this;
  }

  ServerServiceDefinition build() {
    return service.build();
  }
}
