package com.example;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.servlet.CloakroomFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/** A program of somebody who has Tomcat and one dependency on Cloakroom. */
public final class Main {

    private Main() {}

    /** Counts the visits of a session. */
    static final class Visits extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Integer visits = (Integer) request.getSession().getAttribute("visits");
            int next = visits == null ? 1 : visits + 1;
            request.getSession().setAttribute("visits", next);
            response.getWriter().print(next);
        }
    }

    public static void main(String[] args) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", null);
        try (SessionEngine engine = SessionEngine.builder().keys(KeyRing.random()).build()) {
            context.addServletContainerInitializer(
                    (classes, application) ->
                            CloakroomFilter.builder(engine).build().register(application),
                    Set.of());
            Tomcat.addServlet(context, "visits", new Visits()).addMapping("/");
            tomcat.start();
            URI uri = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + "/");
            HttpClient client = HttpClient.newHttpClient();
            HttpResponse<String> first =
                    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            String cookie = first.headers().firstValue("Set-Cookie").orElseThrow();
            HttpResponse<String> second = client.send(
                    HttpRequest.newBuilder(uri)
                            .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (!"1".equals(first.body()) || !"2".equals(second.body())) {
                throw new IllegalStateException("visits: " + first.body() + ", " + second.body());
            }
            tomcat.stop();
            tomcat.destroy();
        }
        System.out.println("servlet in Tomcat: ok");
    }
}
