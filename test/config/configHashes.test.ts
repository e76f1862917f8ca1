import { describe, expect, it } from "vitest";
import { analysisConfig } from "../../lib/config/analysisConfig";
import { baselineConfig } from "../../lib/config/baselineConfig";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { dataConfig } from "../../lib/config/dataConfig";
import { evolutionConfig } from "../../lib/config/evolutionConfig";
import { presetConfig, presetNames } from "../../lib/config/presets";
import { racePresetConfig, racePresetNames } from "../../lib/config/raceConfig";
import { searchConfig } from "../../lib/config/searchConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { strategiesConfig } from "../../lib/config/strategiesConfig";
import { trainConfig } from "../../lib/config/trainConfig";
import { trainPresetConfig, trainPresetNames } from "../../lib/config/trainPresets";
import { hashJson } from "../../lib/util/canonicalJson";

// SHA-256 of the canonical JSON of each config, computed by `hashJson` before configs were declared field by field.
const known: Readonly<Record<string, string>> = {
  "search smoke": "a1db887677c8caa1681d45f0ce4d518a711a45b8d0d72eac1dc25fe1162b25bb",
  "search laptop": "75cf08c20b55d8bd4fb06c1a0087658cda9ad0397e8e9b32c2515296c89bdc85",
  "search paper": "f274674f171b37cade0de609a99db7ed8560cd39c27284c040796e91235c9b79",
  "search paper-imagenet": "ce5bf47c2ae8550ada2de804156e0140cb6855c22c383d618a63aa57f97c27cc",
  "train smoke": "636efb2d0291ce5902c5a1c7346f8f78f8ce84c6bd1fd77abd709aa5ef0b0e2c",
  "train laptop": "b698f10c84a975b279c60872e0cc3b66dcee1afd84b5c41595c90bd94c2bd98c",
  "train bars_like": "2b2fb54f64de22841d94a7ec37a0b32a9a65971e8d1f9b13c0227c99687f40a7",
  "train bireal": "1cc05aac7872338ffb84e985f7859722b4d5311198cc44292b5b83338a107950",
  "train irnet": "57513f0eb70b5c6f994a3dee43943a684ff89748fc9934bdf98b72222743a43e",
  "train reactnet": "cd7ecbd959cd11cffa73236813c04a11157aaf9f4c71eb4b3c5fd488735c5c76",
  "train darts": "ef176ec0d50dcc18ccb84a350ddbeec0f987e7de981fd11ddb8a8c285e90443c",
  "train bop": "46419b2d27af295f237481ed303bd83c38b1ca19cc93b46fb76457c9d6de3405",
  search: "ee3fdb522cb7346d141c24f77626527f57baff233903c2bdd20a5b55d5ecfd67",
  train: "2b2fb54f64de22841d94a7ec37a0b32a9a65971e8d1f9b13c0227c99687f40a7",
  data: "92d93ce5d6a3d72fc91752c099251105c5bc6adcdf9262f70a801a733c87de3e",
  space: "05caa6d80bd1336f611e3366d1c2888010e3cd9d71841bd643cf1a75734a895a",
  strategies: "080e207358adc33c279f8c6c3543b805aa50e470f8d955ddb284d94509e9a0a4",
  binarization: "aeaeb549f9cb6ac15ceb16ac2b397936d5143b24cb7300f90e16aedc99ab9303",
  analysis: "067b03fb58eb18866bd9346eed8ee4837d312dcd21a32746d575a5c1befc8c5e",
  baseline: "17b797cd01449a5333510c1afb57ee6655924e481b7c4bdbc985ac702081afa1",
  snapshots: "37697995fe825e015744fee1112fecfa07535694a502ad37c7d91bc5541e0aa8",
  "race smoke": "e9a6b88491f92fda41e5e7d04d9d2367f9b077389a8321d1410b3ff447d8e99a",
  "race laptop": "4c113c98c74439dbef7df65885b99e1a1b93dee57809d19ce7d5117a3520aba7",
  "race paper": "d8c705d5b8f889714c7e44b0d26be402555eaf045f7c8d3152ff7c9a7946c4fa",
  evolution: "0639686af24da672a385d73eb85df9e6c163da084c9089ae0ba2859e28381702",
};

const configs: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(presetNames.map((name) => [`search ${name}`, presetConfig(name)])),
  ...Object.fromEntries(trainPresetNames.map((name) => [`train ${name}`, trainPresetConfig(name)])),
  search: searchConfig(),
  train: trainConfig(),
  data: dataConfig(),
  space: spaceConfig(),
  strategies: strategiesConfig(),
  binarization: binarizationConfig(),
  analysis: analysisConfig(),
  baseline: baselineConfig(),
  snapshots: trainConfig({ snapshotEpochs: [0, 9] }),
  ...Object.fromEntries(racePresetNames.map((name) => [`race ${name}`, racePresetConfig(name)])),
  evolution: evolutionConfig({ kind: "supernet", search: "ab", images: 1000 }, { budget: { value: 2e6 } }),
};

describe("config hashes, by which folders and records know their settings", () => {
  it.each(Object.keys(known))("%s is what it was", (name) => {
    expect(hashJson(configs[name])).toBe(known[name]);
  });

  it("leaves no preset out", () => {
    expect(Object.keys(known).sort()).toEqual(Object.keys(configs).sort());
  });
});
