import { mount } from "../shared/mount";
import { baseStyle } from "../shared/style";
import { App, type DemoData } from "./App";
import { demoStyle } from "./demoStyle";

const data = document.getElementById("demo-data");
mount(App, baseStyle + demoStyle, "demo", JSON.parse(data?.textContent ?? "{}") as DemoData);
