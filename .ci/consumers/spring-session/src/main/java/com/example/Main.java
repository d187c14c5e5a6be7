package com.example;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.spring.session.CloakroomSessionFilter;
import dev.cloakroom.spring.session.CloakroomSessionRepository;
import dev.cloakroom.spring.session.SessionJson;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** A program of somebody who has one dependency on Cloakroom. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        SessionEngine engine = SessionEngine.builder().keys(KeyRing.random()).build();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir("target/tomcat");
        tomcat.setPort(0);
        Context context = tomcat.addContext("", null);
        FilterDef filter = new FilterDef();
        filter.setFilterName("sessions");
        filter.setFilter(new CloakroomSessionFilter(new CloakroomSessionRepository(engine, SessionJson.create())));
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName("sessions");
        map.addURLPattern("/*");
        context.addFilterMap(map);
        Tomcat.addServlet(context, "visit", new HttpServlet() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                        Integer before = (Integer) request.getSession().getAttribute("visits");
                        request.getSession().setAttribute("visits", before == null ? 1 : before + 1);
                        response.getWriter().print("visit " + request.getSession().getAttribute("visits"));
                    }
                })
                .addMapping("/visit");
        tomcat.start();
        URI page = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + "/visit");
        var first = HttpClient.newHttpClient().send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
        String cookie = first.headers().firstValue("Set-Cookie").orElseThrow();
        var second = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(page)
                                .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                                .build(),
                        BodyHandlers.ofString());
        if (!second.body().equals("visit 2")) {
            throw new IllegalStateException("the session is not found: " + second.body());
        }
        tomcat.stop();
        tomcat.destroy();
        engine.close();
        System.out.println("spring-session on the class path: ok");
    }
}
