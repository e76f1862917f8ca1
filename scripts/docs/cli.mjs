// The page of the command line, from the definitions that the command line itself is made of.
import { cell, code, table } from "./markdown.mjs";

/** @param {import("commander").Command} program the whole command line */
export function cliPage(program) {
  const shown = shownCommands(program);
  const commands = shown.map((command) => commandPart(command, "bars", 2));
  return `# Command line

${cell(program.description())} \`npx bars <command> --help\` prints the same, with the settings a command takes.

Exit codes: 0 done; 1 the work failed; 2 what was typed is wrong; 130 stopped and saved.

${table(
  ["command", "what it does"],
  shown.map((command) => [
    `[\`bars ${command.name()}\`](#bars-${command.name()})`,
    cell(command.description()),
  ]),
)}

${commands.join("\n\n")}
`;
}

/** Commands as the help lists them: without those that only the program itself calls. */
function shownCommands(command) {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== "help");
}

function commandPart(command, above, depth) {
  const name = `${above} ${command.name()}`;
  const parts = [`${"#".repeat(depth)} ${name}`, cell(command.description())];
  if (command.commands.length === 0) parts.push(`\`\`\`sh\n${name} ${command.usage()}\n\`\`\``);
  if (command.registeredArguments.length > 0)
    parts.push(
      table(
        ["argument", "meaning"],
        command.registeredArguments.map((one) => [
          code(one.required ? `<${one.name()}>` : `[${one.name()}]`),
          cell(one.description),
        ]),
      ),
    );
  const options = command.options.filter((option) => !option.hidden);
  if (options.length > 0) parts.push(table(["option", "meaning"], options.map(optionRow)));
  return [...parts, ...shownCommands(command).map((inner) => commandPart(inner, name, depth + 1))].join(
    "\n\n",
  );
}

function optionRow({ flags, description, defaultValue, defaultValueDescription, argChoices, mandatory }) {
  const notes = [
    argChoices ? `one of ${argChoices.join(", ")}` : "",
    mandatory ? "required" : "",
    defaultValue === undefined || defaultValue === false
      ? ""
      : `default ${defaultValueDescription ?? JSON.stringify(defaultValue)}`,
  ].filter(Boolean);
  return [code(flags), `${cell(description)}${notes.length > 0 ? ` (${cell(notes.join("; "))})` : ""}`];
}
