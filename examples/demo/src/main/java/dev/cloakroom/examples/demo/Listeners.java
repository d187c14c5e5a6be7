package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Makes servers that listen on the loopback interface. */
final class Listeners {

    private static final String REQUEST_SECONDS = "30";

    static {
        // The JDK's server reads these once. Without the first, every answer waits for the client's delayed
        // acknowledgement; without the second, a client that stops in mid-request holds a thread for good.
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    }

    private Listeners() {}

    static HttpServer http(int port) throws IOException {
        return HttpServer.create(loopback(port), 0);
    }

    static HttpsServer https(int port, SelfSigned identity) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(JsonRefusals.in(identity.context())));
        return server;
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
