package dev.cloakroom.light4j;

import com.networknt.handler.OrchestrationHandler;
import dev.cloakroom.scenarios.HttpScenarios;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;

/** A server on a port of the loopback address. */
record LightServer(Undertow undertow) implements HttpScenarios.Server {

    static LightServer start(HttpHandler handler) {
        Undertow undertow = Undertow.builder()
                .addHttpListener(0, "localhost")
                .setIoThreads(2)
                .setWorkerThreads(8)
                .setHandler(handler)
                .build();
        undertow.start();
        return new LightServer(undertow);
    }

    /** Starts a server with the chains of {@code handler.yml}, as light-4j's own server does. */
    static LightServer startChains() {
        com.networknt.handler.Handler.init();
        return start(new OrchestrationHandler());
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
