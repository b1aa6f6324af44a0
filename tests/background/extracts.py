"""Writes small FAERS extracts for tests: seven files with the columns FDA gives them, and only what a test is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HEADERS = {
    "DEMO": "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$auth_num$mfr_num"
    "$mfr_sndr$lit_ref$age$age_cod$age_grp$sex$e_sub$wt$wt_cod$rept_dt$to_mfr$occp_cod$reporter_country$occr_country",
    "DRUG": "primaryid$caseid$drug_seq$role_cod$drugname$prod_ai$val_vbm$route$dose_vbm$cum_dose_chr$cum_dose_unit"
    "$dechal$rechal$lot_num$exp_dt$nda_num$dose_amt$dose_unit$dose_form$dose_freq",
    "REAC": "primaryid$caseid$pt$drug_rec_act",
    "OUTC": "primaryid$caseid$outc_cod",
    "INDI": "primaryid$caseid$indi_drug_seq$indi_pt",
    "THER": "primaryid$caseid$dsg_drug_seq$start_dt$end_dt$dur$dur_cod",
    "RPSR": "primaryid$caseid$rpsr_cod",
}


def line(kind: str, case: int, **values: object) -> str:
    """A line of a file: the report is version 1 of the case unless `caseversion` says otherwise."""
    version = values.get("caseversion", 1)
    known = {"primaryid": f"{case}{version}", "caseid": case}
    if kind == "DEMO":
        known["caseversion"] = version
    return "$".join(str({**known, **values}.get(name, "")) for name in HEADERS[kind].split("$"))


@dataclass
class Lines:
    """The lines of an extract, file by file, without their headers."""

    files: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in HEADERS})

    def case(
        self,
        case: int,
        *,
        drug: Mapping[str, object] | None = None,
        reactions: Sequence[str] = ("Pyrexia",),
        **demo: object,
    ) -> "Lines":
        """A whole report with one drug, its indication and therapy, reactions, an outcome and a source."""
        version = {"caseversion": demo.get("caseversion", 1)}
        days = {"mfr_dt": "20251103", "fda_dt": "20251110", "rept_cod": "EXP", "mfr_num": f"US-X-{case}"}
        self.add("DEMO", case, **{**days, **demo})
        given = {"drug_seq": 1, "role_cod": "PS", "drugname": "EXAMPLIN", **(drug or {})}
        self.add("DRUG", case, **{**version, **given})
        for term in reactions:
            self.add("REAC", case, pt=term, **version)
        self.add("OUTC", case, outc_cod="HO", **version)
        self.add("INDI", case, indi_drug_seq=1, indi_pt="Lymphoma", **version)
        self.add("THER", case, dsg_drug_seq=1, start_dt="20251001", **version)
        self.add("RPSR", case, rpsr_cod="HP", **version)
        return self

    def add(self, kind: str, case: int, **values: object) -> "Lines":
        self.files[kind].append(line(kind, case, **values))
        return self

    def write(self, folder: Path, *, quarter: str = "25Q4", end: str = "\n") -> Path:
        """Write the seven files; returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for kind, lines in self.files.items():
            text = "".join(one + end for one in (HEADERS[kind], *lines))
            (folder / f"{kind}{quarter}.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
        return folder


def write_many(folder: Path, number: int, *, first: int = 30_000_000) -> Path:
    """An extract of many short reports, written line by line: one drug, one reaction, one outcome each."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, header in HEADERS.items():
        with (folder / f"{kind}25Q4.txt").open("w") as file:
            file.write(header + "\n")
            for case in range(first, first + number):
                key = f"{case}1${case}"
                file.write(
                    {
                        "DEMO": f"{key}$1$I$$20251103$20251110$20251110$EXP$$$MAKER$$61$YR$$F$Y$$$20251110$$MD$US$US\n",
                        "DRUG": f"{key}$1$PS$DRUG{case % 997}${'$' * 14}\n",
                        "REAC": f"{key}$Term {case % 499}$\n",
                        "OUTC": f"{key}$HO\n",
                    }.get(kind, "")
                )
    return folder
