package dev.cloakroom.examples.servers;

import dev.cloakroom.Attribute;
import dev.cloakroom.RequestGuard;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimitException;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStoreException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The engine in Netty. It never blocks an event loop: with a clustered store the stages complete later. */
public final class NettyServer {

    private static final int LARGEST_BODY = 64 * 1024;
    private static final RequestGuard GUARD = RequestGuard.sameOrigin();

    private NettyServer() {}

    /** Starts the server with keys for a trial. */
    public static void main(String[] args) throws InterruptedException {
        start(SessionEngine.builder().keys(KeyRing.random()).build(), 8080).announce();
    }

    static Running start(SessionEngine engine, int port) throws InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(LARGEST_BODY),
                                        new Requests(engine));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port)
                .sync()
                .channel();
        int bound = ((InetSocketAddress) server.localAddress()).getPort();
        return new Running(bound, () -> {
            server.close().syncUninterruptibly();
            loops.shutdownGracefully();
        });
    }

    private static final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {

        private final SessionEngine engine;

        /** The answer to the newest request of this connection. */
        private CompletionStage<?> last = CompletableFuture.completedFuture(null);

        Requests(SessionEngine engine) {
            this.engine = engine;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            // Netty frees the request when this method returns.
            FullHttpRequest copy = request.copy();
            // Reads no more from the connection meanwhile. What was read already is answered in its order.
            context.channel().config().setAutoRead(false);
            last = last.thenCompose(nothing -> answer(copy))
                    .exceptionally(Requests::failure)
                    .thenAccept(response -> {
                        copy.release();
                        send(context, response, keepAlive);
                    });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            context.close();
        }

        private static void send(ChannelHandlerContext context, FullHttpResponse response, boolean keepAlive) {
            HttpUtil.setContentLength(response, response.content().readableBytes());
            HttpUtil.setKeepAlive(response, keepAlive);
            ChannelFuture sent = context.writeAndFlush(response);
            if (keepAlive) {
                context.channel().config().setAutoRead(true);
            } else {
                sent.addListener(ChannelFutureListener.CLOSE);
            }
        }

        private CompletionStage<FullHttpResponse> answer(FullHttpRequest request) {
            String method = request.method().name();
            if (!GUARD.check(method, request.headers()::get).isAllowed()) {
                return CompletableFuture.completedFuture(response(403, null));
            }
            String path = request.uri();
            String body = request.content().toString(StandardCharsets.UTF_8);
            return engine.openAsync(request.headers().getAll(HttpHeaderNames.COOKIE))
                    .thenCompose(session -> act(method, path, body, session)
                            .thenCompose(text -> engine.commitAsync(session).thenApply(cookies -> {
                                FullHttpResponse response = response(text == null ? 404 : 200, text);
                                response.headers().add(HttpHeaderNames.SET_COOKIE, cookies);
                                return response;
                            })));
        }

        /** Returns the stage of the answer's text, null if nothing is found. */
        private static CompletionStage<@Nullable String> act(String method, String path, String body, Session session) {
            String request = method + " " + path.replaceFirst("(?<=^/attributes/).+", "*");
            Attribute<String> attribute = Attribute.ofString(path.substring(path.lastIndexOf('/') + 1));
            return switch (request) {
                case "GET /me" -> done(session.principal());
                // A real one checks a password first.
                case "POST /login" -> session.loginAsync(body).thenApply(nothing -> "");
                case "POST /logout" -> session.logoutAsync().thenApply(nothing -> "");
                case "GET /attributes/*" -> done(session.get(attribute));
                case "PUT /attributes/*" -> {
                    session.put(attribute, body);
                    yield done("");
                }
                default -> done(null);
            };
        }

        private static CompletionStage<@Nullable String> done(@Nullable String text) {
            return CompletableFuture.completedFuture(text);
        }

        private static FullHttpResponse failure(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof SessionLimitException) {
                return response(409, cause.getMessage());
            }
            return response(cause instanceof SessionStoreException ? 503 : 500, null);
        }

        private static FullHttpResponse response(int status, @Nullable String text) {
            return new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(status),
                    Unpooled.copiedBuffer(text == null ? "" : text, StandardCharsets.UTF_8));
        }
    }
}
