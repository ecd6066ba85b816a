"""States and provinces: from the code WooCommerce has for one to the record Odoo has.

Most codes are the same on both sides, or differ in how the country is put in front ("JP01", "JP-01", "01"). What is
left are national exceptions; several of them differ between versions of Odoo, so the database's own codes decide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

#: Country → the store's code = Odoo's code for the same place, where one cannot be made from the other; "|" where
#: versions of Odoo differ (WooCommerce i18n/states.php; Odoo base/data/res.country.state.csv of 14 and 19).
#: Left out are places Odoo has nothing for: the districts of Bangladesh, the regions of the Dominican Republic.
_EXCEPTIONS: Mapping[str, str] = {
    "CL": "CL-AI=11, CL-AN=02, CL-AP=15, CL-AR=09, CL-AT=03, CL-BI=08, CL-CO=04, CL-LI=06, CL-LL=10, CL-LR=14, "
    "CL-MA=12, CL-ML=07, CL-NB=16, CL-RM=13, CL-TA=01, CL-VS=05",
    "CN": "CN1=滇, CN2=京, CN3=津, CN4=冀, CN5=晋, CN6=蒙, CN7=辽, CN8=吉, CN9=黑, CN10=沪, CN11=苏, "
    "CN12=浙, CN13=皖, CN14=闽, CN15=赣, CN16=鲁, CN17=豫, CN18=鄂, CN19=湘, CN20=粤, CN21=桂, CN22=琼, "
    "CN23=渝, CN24=蜀, CN25=黔, CN26=陕, CN27=甘, CN28=青, CN29=宁, CN30=澳, CN31=藏, CN32=新",
    "CR": "CR-A=2, CR-C=3, CR-G=5, CR-H=4, CR-L=7, CR-P=6, CR-SJ=1",
    "DO": "DO-01=DN, DO-02=AZU, DO-03=BAH, DO-04=BAR, DO-05=DAJ, DO-06=DUA, DO-08=ELS, DO-07=ELP, DO-09=ESP, "
    "DO-30=HAM, DO-19=HEM, DO-10=IND, DO-11=LA, DO-12=LR, DO-13=LV, DO-14=MTS, DO-28=MON, DO-15=MC, DO-29=MP, "
    "DO-16=PED, DO-17=PER, DO-18=PP, DO-20=SAM, DO-21=SC, DO-31=SJO, DO-22=SJ, DO-23=SPM, DO-24=SRA, "
    "DO-25=STGO, DO-26=SRO, DO-32=SD, DO-27=VAL",
    "EC": "EC-A=01, EC-B=02, EC-F=03, EC-C=04, EC-H=06, EC-X=05, EC-O=07, EC-E=08, EC-W=20, EC-G=09, EC-I=10, "
    "EC-L=11, EC-R=12, EC-M=13, EC-S=14, EC-N=15, EC-D=22, EC-Y=16, EC-P=17, EC-SE=24, EC-SD=23, EC-U=21, "
    "EC-T=18, EC-Z=19",
    "ES": "ML=ME",
    "GT": "GT-AV=AVE, GT-BV=BVE, GT-CM=CMT, GT-CQ=CQM, GT-PR=EPR, GT-ES=ESC, GT-GU=GUA, GT-HU=HUE, GT-IZ=IZA, "
    "GT-JA=JAL, GT-JU=JUT, GT-PE=PET, GT-QZ=QUE, GT-QC=QUI, GT-RE=RET, GT-SA=SAC, GT-SM=SMA, GT-SR=SRO, "
    "GT-SO=SOL, GT-SU=SUC, GT-TO=TOT, GT-ZA=ZAC",
    "HK": "HONG KONG=HK, KOWLOON=KLN, NEW TERRITORIES=NT",
    "IE": "CO=C, TA=TR",
    "IN": "CT=CG, OD=OR",
    "MX": "DF=CMX|DIF, JA=JAL, NL=NLE, AG=AGU, BC=BCN, BS=BCS, CM=CAM, CS=CHP, CH=CHH, CO=COA, CL=COL, DG=DUR, "
    "GT=GUA, GR=GRO, HG=HID, MX=MEX, MI=MIC, MO=MOR, NA=NAY, OA=OAX, PU=PUE, QT=QUE, QR=ROO, SL=SLP, SI=SIN, "
    "SO=SON, TB=TAB, TM=TAM, TL=TLA, VE=VER, YU=YUC, ZA=ZAC",
    "MY": "JHR=MY-01, KDH=MY-02, KTN=MY-03, LBN=MY-15, MLK=MY-04, NSN=MY-05, PHG=MY-06, PNG=MY-07, PRK=MY-08, "
    "PLS=MY-09, SBH=MY-12, SWK=MY-13, SGR=MY-10, TRG=MY-11, PJY=MY-16, KUL=MY-14",
    "PE": "CAL=07, LMA=15, AMA=01, ANC=02, APU=03, ARE=04, AYA=05, CAJ=06, CUS=08, HUV=09, HUC=10, ICA=11, JUN=12, "
    "LAL=13, LAM=14, LIM=15, LOR=16, MDD=17, MOQ=18, PAS=19, PIU=20, PUN=21, SAM=22, TAC=23, TUM=24, UCA=25",
    "PH": "DAC=PH-DVO, SIQ=PH-SIG",
    "PK": "JK=AJK, IS=IS/ICT, KP=KP/KPK",
    "ZA": "GP=GT, KZN=NL",
}


def states_by_code(rows: Iterable[tuple[str, str, str, int]]) -> dict[tuple[str, str], int]:
    """Return Odoo's states by (country code, whatever a store may call the state), all upper case.

    `rows` are country code, state code, name and id of each state Odoo has. What Odoo calls a state comes first, then
    the exceptions, then the code with and without its country, then the name, for countries whose states are free text
    in the store; a name that two states of a country share stands for neither.
    """
    states = list(rows)
    found = {(country, code.upper()): odoo_id for country, code, _, odoo_id in states}
    for country, pairs in _EXCEPTIONS.items():
        for store_code, odoo_codes in (pair.split("=") for pair in pairs.split(", ")):
            for code in odoo_codes.split("|"):
                if (country, code) in found:
                    found.setdefault((country, store_code), found[country, code])
    for country, code, _, odoo_id in states:
        bare = code.upper().removeprefix(f"{country}-")
        for spelled in (bare, f"{country}{bare}", f"{country}-{bare}"):
            found.setdefault((country, spelled), odoo_id)
    return _unique_names(states) | found


def state_id(states: Mapping[tuple[str, str], int], country: str, state: str) -> int | None:
    """Return the id of a state by the store's code or name of it. `country` is its ISO code, upper case."""
    text = " ".join(state.upper().split())
    return states.get((country, text)) or states.get((country, _plain(text)))


def _unique_names(states: Iterable[tuple[str, str, str, int]]) -> dict[tuple[str, str], int]:
    names: dict[tuple[str, str], set[int]] = {}
    for country, _, name, odoo_id in states:
        names.setdefault((country, _plain(name)), set()).add(odoo_id)
    return {key: ids.pop() for key, ids in names.items() if len(ids) == 1}


def _plain(text: str) -> str:
    """Return the text in upper case without accents, with single blanks."""
    letters = (one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join("".join(letters).upper().split())
