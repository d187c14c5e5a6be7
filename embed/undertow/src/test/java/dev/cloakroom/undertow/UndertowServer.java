package dev.cloakroom.undertow;

import dev.cloakroom.scenarios.HttpScenarios;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.net.InetSocketAddress;

/** A server of Undertow on a port of the loopback address. */
record UndertowServer(Undertow undertow) implements HttpScenarios.Server {

    static UndertowServer start(HttpHandler handler) {
        Undertow undertow = Undertow.builder()
                .addHttpListener(0, "localhost")
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setIoThreads(2)
                .setWorkerThreads(8)
                .setHandler(handler)
                .build();
        undertow.start();
        return new UndertowServer(undertow);
    }

    static boolean isIoThread(Thread thread) {
        return thread.getName().contains("I/O");
    }

    static String parameter(HttpServerExchange exchange, String name) {
        return exchange.getQueryParameters().get(name).getFirst();
    }

    @Override
    public int port() {
        return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }

    @Override
    public void close() {
        undertow.stop();
    }
}
