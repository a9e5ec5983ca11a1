package io.tillstream.command.tag;

import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.tag.TagBody.ChangeTagRequest;
import io.tillstream.command.tag.TagBody.CreateTagRequest;
import io.tillstream.command.tag.TagCommand.ChangeTag;
import io.tillstream.command.tag.TagCommand.CreateTag;
import io.tillstream.command.tag.TagCommand.DeleteTag;
import io.tillstream.events.tag.Tag;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.Refuses;
import java.util.UUID;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/tags")
class TagCommandController {
    private final CommandSender commands;

    TagCommandController(CommandSender commands) {
        this.commands = commands;
    }

    @PostMapping
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(summary = "Create a tag")
    @Refuses("SLUG_TAKEN")
    Answer<Tag> create(Request request, @JsonBody(CreateTagRequest.class) Values body) {
        return commands.send(
                request,
                new CreateTag(UuidCreator.getTimeOrderedEpoch(), body.requiredText("name"), body.requiredText("slug")),
                (Tag tag) -> Answer.created(tag).version(tag.version()));
    }

    @PatchMapping("/{id}")
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(summary = "Update a tag", description = "Sets the fields that are sent, at least one.")
    @Refuses({"UNKNOWN", "SLUG_TAKEN"})
    Answer<Tag> change(@PathVariable UUID id, Request request, @JsonBody(ChangeTagRequest.class) Values body) {
        return commands.send(
                request,
                new ChangeTag(id, body.text("name"), body.text("slug")),
                (Tag tag) -> Answer.ok(tag).version(tag.version()));
    }

    @DeleteMapping("/{id}")
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(summary = "Delete a tag", description = "Products keep everything else.")
    @Refuses("UNKNOWN")
    Answer<Void> delete(@PathVariable UUID id, Request request) {
        return commands.send(request, new DeleteTag(id), (Tag tag) -> Answer.noContent());
    }
}
