package com.example;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.undertow.CloakroomHandler;
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
        Attribute<Long> visits = Attribute.ofLong("visits");
        SessionEngine engine = SessionEngine.builder().keys(KeyRing.random()).build();
        Undertow server = Undertow.builder()
                .addHttpListener(0, "localhost")
                .setHandler(new CloakroomHandler(engine, exchange -> {
                    Session session = CloakroomHandler.session(exchange);
                    session.update(visits, count -> count == null ? 1 : count + 1);
                    exchange.getResponseSender().send(String.valueOf(session.get(visits)));
                }))
                .build();
        server.start();
        int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        check(get(HttpClient.newHttpClient(), port, null));
        server.stop();
        engine.close();
        System.out.println("undertow on the class path: ok");
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
