package dev.cloakroom.examples.spring;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionInfo;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** What the shop shows. */
@RestController
class Pages {

    private final SessionEngine engine;

    Pages(SessionEngine engine) {
        this.engine = engine;
    }

    @GetMapping("/")
    String home(Principal user, CsrfToken csrf) {
        return """
                <!doctype html><title>Shop</title>
                <p>Hello, %s. You have %d session(s).
                <form method="post" action="/everywhere"><input type="hidden" name="%s" value="%s">
                <button>Log out everywhere</button></form>
                <p><a href="/logout">Log out</a>
                """.formatted(
                user.getName(), engine.sessionsOf(user.getName()).size(), csrf.getParameterName(), csrf.getToken());
    }

    /** Every device of the user is logged out when this returns. */
    @PostMapping("/everywhere")
    String logoutEverywhere(Principal user) {
        return "ended " + engine.logoutEverywhere(user.getName());
    }

    @GetMapping("/devices")
    List<String> devices(Principal user) {
        List<String> devices = new ArrayList<>();
        for (SessionInfo session : engine.sessionsOf(user.getName())) {
            devices.add("since " + session.loggedInAt());
        }
        return devices;
    }

    @GetMapping("/put")
    String put(HttpSession session, @RequestParam String name, @RequestParam String value) {
        session.setAttribute(name, value);
        return session.getId();
    }

    @GetMapping("/cart")
    String cart(HttpSession session) {
        Cart before = (Cart) session.getAttribute("cart");
        Cart cart = new Cart("umbrella", before == null ? 1 : before.count() + 1);
        session.setAttribute("cart", cart);
        return cart.toString();
    }

    @GetMapping("/attributes")
    String attributes(HttpSession session) {
        TreeMap<String, Object> attributes = new TreeMap<>();
        Collections.list(session.getAttributeNames()).stream()
                .filter(name -> name.length() < 10)
                .forEach(name -> attributes.put(name, session.getAttribute(name)));
        return attributes.toString();
    }

    @GetMapping("/public/put")
    String putAnonymously(HttpSession session) {
        session.setAttribute("coat", "red");
        return session.getId();
    }

    /** Shows its message once, on the next page. */
    @GetMapping("/public/flash")
    RedirectView flash(RedirectAttributes attributes) {
        attributes.addFlashAttribute("message", "Saved.");
        return new RedirectView("/public/message");
    }

    @GetMapping("/public/message")
    String message(Model model) {
        return String.valueOf(model.getAttribute("message"));
    }

    /** Makes the session on another thread. */
    @GetMapping("/public/callable")
    Callable<String> putOnAnotherThread(HttpServletRequest request) {
        return () -> {
            request.getSession().setAttribute("coat", "green");
            return "done";
        };
    }

    @GetMapping("/public/read")
    String readAnonymously(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? "none" : String.valueOf(session.getAttribute("coat"));
    }
}
