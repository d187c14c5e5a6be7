package com.example;

import com.networknt.service.SingletonServiceFactory;
import com.networknt.session.Session;
import com.networknt.session.SessionManager;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.light4j.CloakroomSessionManager;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A program of somebody who has one dependency on Cloakroom. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        SessionEngine engine = SessionEngine.builder().keys(KeyRing.random()).build();
        CloakroomSessionManager.use(engine);
        SessionManager manager = SingletonServiceFactory.getBean(SessionManager.class);
        Undertow server = Undertow.builder()
                .addHttpListener(0, "localhost")
                .setHandler(exchange -> {
                    Session session = manager.getSession(exchange);
                    if (session == null) {
                        session = manager.createSession(exchange);
                    }
                    Integer count = (Integer) session.getAttribute("count");
                    session.setAttribute("count", count == null ? 1 : count + 1);
                    exchange.getResponseSender().send(session.getAttribute("count").toString());
                })
                .build();
        server.start();
        int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        check(get(HttpClient.newHttpClient(), port, null));
        server.stop();
        engine.close();
        System.out.println("light-4j on the class path: ok");
        System.exit(0);
    }

    private static String get(HttpClient client, int port, String cookie) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/"));
        if (cookie != null) {
            request.header("Cookie", cookie);
        }
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (cookie == null) {
            String set = response.headers().firstValue("Set-Cookie").orElseThrow();
            return get(client, port, set.substring(0, set.indexOf(';')));
        }
        return response.body();
    }

    private static void check(String body) {
        if (!body.equals("2")) {
            throw new IllegalStateException("the session is not found: " + body);
        }
    }
}
