package com.example;

import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A program of somebody who has one dependency on Cloakroom. */
@SpringBootApplication
@RestController
public class Main {

    @GetMapping("/visit")
    String visit(HttpSession session) {
        Integer before = (Integer) session.getAttribute("visits");
        session.setAttribute("visits", before == null ? 1 : before + 1);
        return "visit " + session.getAttribute("visits");
    }

    public static void main(String[] args) throws Exception {
        var application = SpringApplication.run(Main.class, "--server.port=0", "--cloakroom.random-keys=true");
        URI page = URI.create("http://localhost:" + application.getEnvironment().getProperty("local.server.port") + "/visit");
        var first = HttpClient.newHttpClient().send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
        String cookie = first.headers().firstValue("Set-Cookie").orElseThrow();
        var second = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(page)
                                .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                                .build(),
                        BodyHandlers.ofString());
        if (!cookie.startsWith("__Host-Http-session=") || !second.body().equals("visit 2")) {
            throw new IllegalStateException("the session is not found: " + second.body());
        }
        application.close();
        System.out.println("spring-boot-starter on the class path: ok");
    }
}
