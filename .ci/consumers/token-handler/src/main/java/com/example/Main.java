package com.example;

import com.sun.net.httpserver.HttpServer;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.tokenhandler.ClientCredentials;
import dev.cloakroom.tokenhandler.TokenHandler;
import dev.cloakroom.tokenhandler.TokenHandlers;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A program of somebody who has one dependency on Cloakroom: a server that logs users in. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        String origin = "http://localhost:" + server.getAddress().getPort();
        server.createContext("/.well-known/openid-configuration", exchange -> {
            byte[] metadata = ("{'issuer':'" + origin + "','authorization_endpoint':'" + origin + "/authorize',"
                            + "'token_endpoint':'" + origin + "/token','jwks_uri':'" + origin + "/jwks',"
                            + "'subject_types_supported':['public'],'response_types_supported':['code']}")
                    .replace('\'', '"')
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, metadata.length);
            exchange.getResponseBody().write(metadata);
            exchange.close();
        });
        server.setExecutor(Executors.newCachedThreadPool());
        KeyRing keys = KeyRing.random();
        try (SessionEngine engine = SessionEngine.builder().keys(keys).build()) {
            TokenHandler handler = TokenHandler.builder(engine)
                    .keys(keys)
                    .origin(origin)
                    .issuer(origin)
                    .client(ClientCredentials.secretBasic("shop", "a secret"))
                    .upstream("/api/", URI.create(origin + "/v1/"))
                    .build();
            server.createContext("/bff/", TokenHandlers.jdk(handler));
            server.createContext("/api/", TokenHandlers.jdk(handler));
            server.start();
            HttpResponse<String> login = get(origin + "/bff/login?returnUrl=/orders");
            require(login.statusCode() == 303, "a login must redirect");
            require(
                    login.headers().firstValue("Location").orElse("").startsWith(origin + "/authorize?"),
                    "a login must redirect to the authorization server");
            require(
                    login.headers().firstValue("Set-Cookie").orElse("").startsWith("__Host-Http-login-"),
                    "a login must set a cookie");
            require(get(origin + "/api/orders").statusCode() == 401, "nobody is logged in");
        }
        System.out.println("token-handler on the class path: ok");
        System.exit(0);
    }

    private static HttpResponse<String> get(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address)).header("X-CSRF", "1").build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
