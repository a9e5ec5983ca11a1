package io.tillstream.command.admin;

import static java.util.Objects.requireNonNull;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.events.admin.Admin;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.Caller;
import io.tillstream.http.access.Public;
import io.tillstream.http.access.SessionOnly;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.session.LoginThrottle;
import io.tillstream.http.session.Sessions;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/auth")
class SessionController {
    static final class LoginRequest extends Body {
        LoginRequest() {
            text("email").trimmed().length(1, 254).format("email").required().example("admin@example.com");
            text("password").length(1, 1_000).format("password").required();
        }
    }

    /** Who is signed in. */
    record SignedIn(UUID id, String email) {}

    private final Admins admins;
    private final Sessions sessions;
    private final LoginThrottle throttle;

    SessionController(Admins admins, Sessions sessions, LoginThrottle throttle) {
        this.admins = admins;
        this.sessions = sessions;
        this.throttle = throttle;
    }

    @PostMapping("/login")
    @Public
    @Operation(operationId = "login", summary = "Sign in as an admin", description = "Sets the session cookie.")
    @ApiResponse(
            responseCode = "200",
            description = "Signed in",
            headers =
                    @Header(
                            name = "Set-Cookie",
                            description = "The session: `tillstream_session=…; HttpOnly; SameSite=Lax`"))
    @ApiResponse(responseCode = "401", description = "UNAUTHORIZED: E-mail or password is wrong")
    @ApiResponse(responseCode = "429", description = "RATE_LIMITED: Too many failed logins, try again later")
    Answer<SignedIn> login(Request request, @JsonBody(LoginRequest.class) Values body) {
        String email = body.requiredText("email");
        throttle.attempt(request.clientIp(), email);
        Admin admin = admins.recognise(email, body.requiredText("password")).orElseThrow(SessionController::wrong);
        throttle.succeeded(request.clientIp(), email);
        String name = String.valueOf(admin.email());
        String token = sessions.create(admin.id(), name);
        // the password may have been changed, and its sessions ended, while it was being checked
        if (!admins.stillHasPasswordOf(admin)) {
            sessions.end(token);
            throw wrong();
        }
        return Answer.ok(new SignedIn(admin.id(), name))
                .header(HttpHeaders.SET_COOKIE, sessions.cookie(token, request));
    }

    private static Invalid wrong() {
        return new Invalid(ErrorCode.UNAUTHORIZED, "E-mail or password is wrong");
    }

    @PostMapping("/logout")
    @SessionOnly
    @Operation(operationId = "logout", summary = "Sign out", description = "Ends the session and removes its cookie.")
    @ApiResponse(
            responseCode = "204",
            description = "Signed out; no body",
            headers = @Header(name = "Set-Cookie", description = "Removes the session's cookie"))
    Answer<Void> logout(Request request) {
        sessions.end(requireNonNull(request.sessionToken()));
        return Answer.<Void>noContent().header(HttpHeaders.SET_COOKIE, sessions.removal(request));
    }

    @GetMapping("/session")
    @SessionOnly
    @Operation(operationId = "getSession", summary = "Who is signed in")
    Answer<SignedIn> session(Request request) {
        Caller admin = request.caller();
        return Answer.ok(new SignedIn(admin.id(), admin.name()));
    }
}
